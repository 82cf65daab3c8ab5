"""How a trainee learns, and what of that time counts: registrations, sessions, beats, the ledger of hours, quizzes."""
