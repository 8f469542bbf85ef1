# Asterisk 22 with the configuration of deploy/asterisk; built from the root of a clone: see compose.yaml.
# Asterisk's release for Debian is in sid.
FROM debian:sid-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends asterisk && rm -rf /var/lib/apt/lists/*
COPY deploy/asterisk/*.conf /etc/asterisk/
CMD ["asterisk", "-f", "-U", "asterisk", "-G", "asterisk"]
