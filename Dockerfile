# Wardroom in a container: the server and its kubectl. The database is somebody else's, see docker-compose.yml.
FROM golang:1.26-bookworm AS build
ENV CGO_ENABLED=0 GOTOOLCHAIN=local
WORKDIR /src
COPY go.mod go.sum ./
COPY tools/kubectl/go.mod tools/kubectl/go.sum tools/kubectl/
RUN go mod download && go mod download -C tools/kubectl
COPY . .
RUN go build -trimpath -ldflags '-s -w' -o /out/web ./cmd/web && \
    library=$(go list -C tools/kubectl -m -f '{{.Version}}' k8s.io/kubectl) && \
    go build -C tools/kubectl -trimpath -o /out/kubectl \
      -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v1${library#v0}" .

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
# kubectl must lie beside web.
COPY --from=build /out/ /usr/local/bin/
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin wardroom && \
    install -d -o wardroom -g wardroom -m 0711 /var/lib/wardroom
USER wardroom
ENV WARDROOM_DATA=/var/lib/wardroom WARDROOM_LISTEN=:8080
VOLUME /var/lib/wardroom
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["web", "healthcheck"]
ENTRYPOINT ["web"]
CMD ["serve"]
