"""A small bookshop: prices, stock and orders."""
