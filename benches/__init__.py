"""What a request costs us, beside the least that the same stack can do it for. `make bench` prints the table."""
