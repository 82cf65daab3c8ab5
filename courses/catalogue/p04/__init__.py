"""Built-in courses of plan four, apprentices in enterprises."""
