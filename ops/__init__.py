"""Running Airflow on one machine: the demo, `make up`, the whole topology for tests and benchmarks.

Plain Python: nothing here imports airflow or demarche.
"""
