"""Questions and their marking, for the quizzes of lessons and for exams alike."""
