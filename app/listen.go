package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"goniec/configs"
	"goniec/store/disk"
)

const (
	// maxConnections leaves file descriptors for ports and the store within the systemd unit's
	// limit of 1024.
	maxConnections = 512
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
	socketTimeout  = time.Second     // for the check whether a socket is served
	drainTimeout   = 2 * time.Second // for running requests at Stop
)

// ListenError reports that an address or socket cannot be listened on. Err is the error of the
// operating system.
type ListenError struct {
	Address string
	Err     error
}

// Error implements error.
func (e *ListenError) Error() string { return fmt.Sprintf("listen on %s: %v", e.Address, e.Err) }

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }

// Answers reports whether the unix socket accepts connections.
func Answers(ctx context.Context, socket string) bool {
	ctx, cancel := context.WithTimeout(ctx, socketTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// listenSocket listens on the unix socket at path. A socket that a killed daemon left behind
// is removed, one that accepts connections is not.
func listenSocket(ctx context.Context, path string) (net.Listener, error) {
	if Answers(ctx, path) {
		return nil, &ListenError{Address: path, Err: errors.New("another goniec answers there")}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &ListenError{Address: path, Err: err}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, &ListenError{Address: path, Err: innerError(err)}
	}
	if err := errors.Join(os.Chmod(path, 0o600), disk.Adopt(path)); err != nil {
		return nil, errors.Join(&ListenError{Address: path, Err: err}, l.Close())
	}
	return l, nil
}

// listenTCP listens on the address of the API.
func listenTCP(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &ListenError{Address: address, Err: innerError(err)}
	}
	return netutil.LimitListener(l, maxConnections), nil
}

// innerError removes from an error of package net what ListenError repeats.
func innerError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// baseURL returns the URL of the API. An unspecified address, such as 0.0.0.0, is shown as
// 127.0.0.1.
func baseURL(l net.Listener, secure bool) string {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return scheme + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

// certificate is the TLS certificate of the API, read again by Reload.
type certificate struct {
	files configs.TLS
	pair  atomic.Pointer[tls.Certificate]
}

func (c *certificate) configured() bool { return c.files.CertFile != "" }

// load reads the files. On an error the certificate loaded before stays in force.
func (c *certificate) load() error {
	if !c.configured() {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.files.CertFile, c.files.KeyFile)
	if err != nil {
		return fmt.Errorf("load certificate: %w", err)
	}
	c.pair.Store(&pair)
	return nil
}

// wrap adds TLS to a listener if a certificate is configured.
func (c *certificate) wrap(l net.Listener) net.Listener {
	if !c.configured() {
		return l
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.pair.Load(), nil
		},
	})
}

// web is one HTTP server with its goroutine.
type web struct {
	server *http.Server
	served sync.WaitGroup
}

// newWeb serves handler on l until stop. ctx is the base context of requests.
func newWeb(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger) *web {
	w := &web{server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	w.served.Go(func() {
		if err := w.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("stopped listening", "address", l.Addr().String(), "err", err)
		}
	})
	return w
}

// stop takes no new requests, waits up to drainTimeout for running ones and then cuts them
// off.
func (w *web) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	w.served.Wait()
	return err
}
