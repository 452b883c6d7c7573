"""How fast somebody must react: named situations, norms with their sources, and the decision.

`find` names the situations, `decide` weighs them against the model, `load_norms` reads the deadlines. The subpackage
imports nothing heavy, and nothing at all until one of its modules is used.
"""
