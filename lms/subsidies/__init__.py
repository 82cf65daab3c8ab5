"""Hours sheets for subsidy claims, with the evidence that they were not changed."""
