"""Who a person is, for whom they work, and how they sign in."""
