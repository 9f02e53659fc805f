# Airflow with Demarche and its language model; every service of docker-compose.yaml runs this image.
FROM apache/airflow:3.3.2-python3.11

# The folders first: a named volume takes over owner and mode of the folder on which it is first mounted.
USER 0
RUN mkdir -p /opt/demarche/data/drop /opt/airflow/logs \
    && chown -R 50000:0 /opt/demarche /opt/airflow/logs
USER 50000
WORKDIR /opt/demarche

# The pins change seldom, so a change of the code rebuilds seconds only.
COPY --chown=50000:0 requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=50000:0 pyproject.toml README.md LICENSE NOTICE ./
COPY --chown=50000:0 include ./include
RUN pip install --no-cache-dir --no-deps .

COPY --chown=50000:0 dags ./dags
COPY --chown=50000:0 plugins ./plugins
COPY --chown=50000:0 config ./config
COPY --chown=50000:0 docs ./docs
