"""Topics and urgency of residents' messages to Russian authorities.

>>> import appealnlp
>>> model = appealnlp.load()
>>> result = model.classify("Третий день нет отопления, дома 12 градусов, ребёнку полгода")
>>> result.topic, result.urgency, result.vulnerable
('utilities.no_heating', 'critical', True)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .classifier import Classifier, Explanation, load
    from .errors import (
        AppealError,
        CorruptModelError,
        InputError,
        ModelError,
        ModelNotFoundError,
        NewerModelError,
        OutputError,
    )
    from .incidents import Incident, find_incidents
    from .result import Alternative, Norm, Place, Reason, Result
    from .text import Document, Token, preprocess
    from .text.privacy import mask, mask_many
    from .training.audit import audit
    from .training.drift import drift
    from .training.estimators import AppealVectorizer, TopicNetwork
    from .training.measure import evaluate
    from .training.own import train
    from .training.review import review

__version__ = "0.1.0"

# What is imported when it is first used, so that `import appealnlp` is immediate.
_HOMES = {
    "Classifier": "classifier", "Explanation": "classifier", "load": "classifier",
    "AppealError": "errors", "CorruptModelError": "errors", "InputError": "errors", "ModelError": "errors",
    "ModelNotFoundError": "errors", "NewerModelError": "errors", "OutputError": "errors",
    "Alternative": "result", "Norm": "result", "Place": "result", "Reason": "result", "Result": "result",
    "Document": "text", "Token": "text", "preprocess": "text",
    "Incident": "incidents", "find_incidents": "incidents",
    "mask": "text.privacy", "mask_many": "text.privacy",
    "AppealVectorizer": "training.estimators", "TopicNetwork": "training.estimators",
    "audit": "training.audit", "drift": "training.drift", "evaluate": "training.measure", "train": "training.own",
    "review": "training.review",
}  # fmt: skip

__all__ = [
    "Alternative",
    "AppealError",
    "AppealVectorizer",
    "Classifier",
    "CorruptModelError",
    "Document",
    "Explanation",
    "Incident",
    "InputError",
    "ModelError",
    "ModelNotFoundError",
    "NewerModelError",
    "Norm",
    "OutputError",
    "Place",
    "Reason",
    "Result",
    "Token",
    "TopicNetwork",
    "audit",
    "drift",
    "evaluate",
    "find_incidents",
    "load",
    "mask",
    "mask_many",
    "preprocess",
    "review",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
