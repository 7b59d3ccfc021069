"""The condition language of the flows: text, tree, function, guard, words."""
