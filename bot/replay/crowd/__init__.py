"""People who type: facts and the words in which they are told; the oracle is the triage of the facts."""
