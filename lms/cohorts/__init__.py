"""Classes 培训班: filing, opening, rosters and enrolment."""
