package system

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"goniec/access"
	"goniec/api/rest"
)

// backupLimit bounds one write of a backup. A reader that takes no block in this time
// counts as gone.
const backupLimit = 30 * time.Second

func (res Resource) registerBackup(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "backup", Method: http.MethodGet, Path: "/v1/backup", Tag: "Health", Scope: access.ScopeAdmin,
		Summary: "Copy all data",
		Description: "The database as it is at this moment, while sending and receiving go on. It holds texts and numbers. " +
			"What was deleted lately may be in it still: `goniec backup` leaves that out, and checks the copy.",
		Status: http.StatusOK,
		Answer: &rest.Answer{
			Description: "The file.", MediaType: "application/octet-stream", Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"},
		},
	}, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		res.Log.Info("backup is taken", "by", rest.RequestOf(ctx).Caller().Name)
		return rest.Stream(func(_ context.Context, response http.ResponseWriter) {
			response.Header().Set("Content-Type", "application/octet-stream")
			w := deadlineWriter{w: response, controller: http.NewResponseController(response), limit: backupLimit}
			if _, err := res.Backup.WriteTo(w); err != nil {
				res.Log.Warn("backup was broken off", "err", err)
				panic(http.ErrAbortHandler) // so that the receiver sees the backup as incomplete
			}
		}), nil
	})
}

// deadlineWriter sets a deadline for each write to a response.
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
