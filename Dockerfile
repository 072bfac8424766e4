# docker build -t calculator . && docker run -p 4000:4000 -v calculator:/data --stop-timeout 20 calculator
# docs/operate.md says more; test/operate/ runs every step of this file.
FROM node:24.21.0-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATABASE_URL=/data/calculator.db LOG=json
COPY package.json package-lock.json ./
# Nothing is compiled, and the image brings the Node that the optional package would.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY migrations migrations
COPY seeds seeds
COPY src src
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself, so that SIGTERM arrives.
CMD ["node", "src/server.ts"]
