# The server, for CPUs, from the wheel. docs/container.md tells how to build and run it.

ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python -m venv /opt/lineament \
    && pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && /opt/lineament/bin/pip install --no-cache-dir \
        "$(ls /wheels/lineament-*.whl)[gallery,server]" \
    && /opt/lineament/bin/lineament --version

FROM python:${PYTHON}-slim-bookworm
# OpenCV needs both libraries.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin lineament \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/lineament /opt/lineament
ENV PATH=/opt/lineament/bin:$PATH \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["lineament"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--gallery", "/data/gallery.db", "--keys", "/run/secrets/keys.toml"]
