# One image for every process of Vigil; which one it is, says the command (docker-compose.yml).
ARG NODE_IMAGE=node:26.10.0-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /opt/vigil
COPY package.json package-lock.json .npmrc ./
# NODE_EXTRA_CA_CERTS: where TLS is opened on the way, npm must trust who opens it (VIGIL_BUILD_CA_FILE).
RUN --mount=type=secret,id=build-ca,mode=0444 NODE_EXTRA_CA_CERTS=/run/secrets/build-ca npm ci

FROM packages AS client
COPY tsconfig.json ./
COPY contracts contracts
COPY dashboard dashboard
RUN npm run build

FROM ${NODE_IMAGE} AS runtime
WORKDIR /opt/vigil
COPY package.json package-lock.json .npmrc ./
# Left out: the tools of development, and the Node of npm's platform packages, since the image has one. Other optional packages stay:
# the checksum of Kafka's batches is native code.
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
# A new volume takes its owner from the folder it is mounted on: so the first process to write needs no root.
RUN for name in authority kafka influxdb setup gateway alarms trends dashboard operator witness canary simulators accounts audit-anchors alarms-member kafka-data kafka-1-data kafka-2-data kafka-3-data influxdb-data; \
    do install -d -o 1000 -g 1000 -m 0700 "/state/$name"; done
USER 1000:1000
ENTRYPOINT ["node"]
CMD ["--version"]
