# One image for web, worker and beat; which one it is, docker-compose.yml says.

FROM node:22-slim AS browser
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements-production.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-production.lock

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH \
    STATIC_ROOT=/srv/static SALESFORCE_SPOOL_DIR=/var/lib/leadmodel/spool BEAT_FILE=/var/lib/leadmodel/beat \
    LOG_FORM=json
RUN useradd --system --uid 10001 --home-dir /var/lib/leadmodel --create-home leadmodel
WORKDIR /srv/app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY base base
COPY sync sync
COPY leadmodel leadmodel
COPY metrics metrics
COPY alerts alerts
COPY config config
COPY templates templates
COPY static static
COPY --from=browser /build/node_modules/htmx.org/dist/htmx.min.js static/vendor/htmx.min.js
COPY --from=browser /build/node_modules/echarts/dist/echarts.common.min.js static/vendor/echarts.common.min.js
# Collecting reads settings but neither secrets nor servers; these values go no further than this line.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused/0 \
    python manage.py collectstatic --noinput --verbosity 0
USER leadmodel
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--timeout", "60", "--max-requests", "5000", "--max-requests-jitter", "500"]
