# One image for every process of Vigil. The command in docker-compose.yml selects the process.
ARG NODE_IMAGE=node:26.10.0-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /opt/vigil
COPY package.json package-lock.json .npmrc ./
# NODE_EXTRA_CA_CERTS: if a proxy decrypts TLS, npm must trust the proxy's CA (VIGIL_BUILD_CA_FILE).
RUN --mount=type=secret,id=build-ca,mode=0444 NODE_EXTRA_CA_CERTS=/run/secrets/build-ca npm ci

FROM packages AS client
COPY tsconfig.json ./
COPY contracts contracts
COPY dashboard dashboard
RUN npm run build

FROM ${NODE_IMAGE} AS runtime
WORKDIR /opt/vigil
COPY package.json package-lock.json .npmrc ./
# The image has no development tools, and no Node from npm's platform packages, because its base image has Node. Other optional
# packages stay: native code computes the checksum of Kafka's batches.
RUN --mount=type=secret,id=build-ca,mode=0444 \
    NODE_EXTRA_CA_CERTS=/run/secrets/build-ca npm ci --omit=dev \
    && rm -rf node_modules/node-bin-* node_modules/node-darwin-* node_modules/node-linux-* node_modules/node-win-* node_modules/.bin/node

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /opt/vigil
COPY --from=runtime /opt/vigil/node_modules node_modules
COPY package.json ./
COPY contracts contracts
COPY process process
COPY log log
COPY certs certs
COPY gateway gateway
COPY processors processors
COPY dashboard dashboard
COPY simulators simulators
COPY ops ops
COPY --from=client /opt/vigil/dashboard/client/dist dashboard/client/dist
# A new volume takes its owner from the folder on which it is mounted. So the first process that writes needs no root rights.
RUN for name in authority kafka influxdb setup gateway alarms trends delivery strips dashboard operator witness canary simulators accounts audit-anchors alarms-member delivery-member kafka-data kafka-1-data kafka-2-data kafka-3-data influxdb-data; \
    do install -d -o 1000 -g 1000 -m 0700 "/state/$name"; done
USER 1000:1000
ENTRYPOINT ["node"]
CMD ["--version"]
