# The line as an image, with its model and voices; built from the root of a clone: see compose.yaml.
FROM python:3.11-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make git && rm -rf /var/lib/apt/lists/*
# RHVoice's voices are in a section that the image's sources leave out.
RUN sed -i 's/^Components: main$/Components: main contrib non-free/' /etc/apt/sources.list.d/debian.sources
WORKDIR /opt/liniya
COPY . .
RUN make setup && useradd --system --home-dir /var/lib/liniya --create-home liniya
USER liniya
ENV LINIYA_DATA=/var/lib/liniya LINIYA_LEARNED=/var/lib/liniya/learned
CMD [".venv/bin/voice", "serve"]
