"""The resources of the specification (Communication 2), a file for each; `handling` chooses among them."""
