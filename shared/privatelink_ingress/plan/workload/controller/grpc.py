"""HTTP/2 and gRPC at the controller's TLS port, and an answer to the edge's health checks of gRPC.

A load balancer judges a gRPC target by gRPC's status code, and the controller's default server sends none: it answers
`/nginx-health` with a plain 200 and every other path with a plain 404
(https://github.com/nginx/kubernetes-ingress/blob/main/internal/configs/version1/nginx.tmpl). Health checks name an
address as their host, which no Ingress can have, so a server of ours answers these hosts. Its answers were tried with
nginx 1.22 and a gRPC client: status 0 for the path, and 12 for every other one. They were not tried with a load
balancer, nor with the controller.
"""

from __future__ import annotations

HEALTH_PATH = "/grpc.health.v1.Health/Check"
"""The method of the health checking protocol: https://grpc.io/docs/guides/health-checking/"""

HEALTH_CODES = "0"
"""OK: https://grpc.io/docs/guides/status-codes/"""

_SNIPPET = """\
client_max_body_size {body_size};
server {{
  listen 443 ssl;
  http2 on;
  server_name ~^[0-9.]+$;
  access_log off;
  location = {health_path} {{
    default_type text/plain;
    return 200 "healthy\\n";
  }}
  location = {grpc_path} {{
    default_type application/grpc;
    add_header grpc-status 0;
    return 200;
  }}
  location / {{
    default_type application/grpc;
    add_header grpc-status 12;
    return 200;
  }}
}}
"""


def config(*, health_path: str, body_size: str) -> dict[str, str]:
    """Entries of the ConfigMap.

    Args:
        health_path: Where health checks over HTTP are answered.
        body_size: `client-max-body-size`. The controller sets it for HTTP alone, and nginx's own limit for a gRPC call,
            all messages of a stream together, would be 1 MB.
    """
    snippet = _SNIPPET.format(health_path=health_path, grpc_path=HEALTH_PATH, body_size=body_size)
    return {"http2": "True", "http-snippets": snippet}
