"""What is found at every save: structure, proofs, moved patients at once; dead rules, screens, counts and the walk behind them."""
