"""Running Airflow on one machine: the demo, and `make up`. Plain Python: nothing here imports airflow or demarche."""
