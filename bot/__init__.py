"""symptom-bot: an interview about a sudden back spasm that ends in grounded, provably careful advice."""

__version__ = "0.1.0"
