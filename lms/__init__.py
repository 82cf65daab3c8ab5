"""雁学 Yanxue: the Flask application, one folder for each capability."""
