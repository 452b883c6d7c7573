"""Where: settlements, districts, streets with houses, stops and named objects, as spans of the message.

``words`` lists the words that places are made of; ``classes`` gives each word its class; ``symbols`` turns a message, or a
chunk of them, into a string with one symbol for each token and each gap; ``grammar`` says what a place looks like in it,
and ``find`` runs the grammar.
"""

from .find import ChunkPlaces, find_places, find_places_many
from .symbols import FormClasses

__all__ = ["ChunkPlaces", "FormClasses", "find_places", "find_places_many"]
