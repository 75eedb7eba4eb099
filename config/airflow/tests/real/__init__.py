"""Airflow itself: scheduler, executor, triggerer and API server, with the real program."""
