# Airflow with Demarche and its language model; every service of docker-compose.yaml runs this image.
FROM apache/airflow:3.3.2-python3.11

WORKDIR /opt/demarche

# The pins first: they change seldom, so that a change of the code rebuilds seconds only. The base image has Airflow
# itself; what the list adds is the database drivers, Celery, and what Demarche needs.
COPY --chown=airflow:root requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=airflow:root pyproject.toml README.md LICENSE NOTICE ./
COPY --chown=airflow:root include ./include
RUN pip install --no-cache-dir --no-deps .

COPY --chown=airflow:root dags ./dags
COPY --chown=airflow:root plugins ./plugins
COPY --chown=airflow:root config ./config

# Named volumes take over owner and mode of the folder that they are first mounted on.
RUN mkdir -p /opt/demarche/data/drop /opt/airflow/logs

USER airflow
