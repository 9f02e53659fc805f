"""Importing this warms up: a Celery worker does so as it starts, told by ``[celery] extra_celery_config``."""

from demarche.steps.warming import warm_up

warm_up()
