"""Signing in, step by step; answers and work are the same whether or not a number is known."""
