package programs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// tlsClient secures a connection that the guarded network has made.
func tlsClient(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("handshake: %w", err), conn.Close())
	}
	return secured, nil
}
