package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"goniec/access"
)

// backupLimit is for one write of a backup: who reads slower than a block in this
// time has gone.
const backupLimit = 30 * time.Second

func (s *Server) registerBackup() {
	op := s.newOperation(operation{
		id: "backup", method: http.MethodGet, path: "/v1/backup", tag: tagHealth, scope: access.ScopeAdmin,
		summary: "Copy all data",
		description: "The database as it is at this moment, while sending and receiving go on. It holds texts and numbers. " +
			"What was deleted lately may be in it still: `goniec backup` leaves that out, and checks the copy.",
		status: http.StatusOK,
	})
	op.Responses["200"] = &huma.Response{
		Description: "The file.",
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
	register(s, op, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		s.log.Info("backup is taken", "by", requestOf(ctx).caller.Name)
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			response := humaecho.Unwrap(hctx).Response()
			response.Header().Set("Content-Type", "application/octet-stream")
			response.Header().Set("Cache-Control", "no-store")
			w := deadlineWriter{w: response, controller: http.NewResponseController(response), limit: backupLimit}
			if _, err := s.config.Backup.WriteTo(w); err != nil {
				s.log.Warn("backup was broken off", "err", err)
				panic(http.ErrAbortHandler) // so that the other side does not take it for whole
			}
		}}, nil
	})
}

// deadlineWriter gives each write to a response a time of its own.
type deadlineWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	limit      time.Duration
}

func (w deadlineWriter) Write(p []byte) (int, error) {
	if err := w.controller.SetWriteDeadline(time.Now().Add(w.limit)); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
