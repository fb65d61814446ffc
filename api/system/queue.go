package system

import (
	"context"
	"net/http"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/queue"
)

type queueOutput struct {
	Body client.QueueCounts
}

func (res Resource) registerQueue(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "countMessages", Method: http.MethodGet, Path: "/v1/queue", Tag: "Box", Scope: access.ScopeMessages,
		Summary:     "Count messages",
		Description: "How many messages the gateway keeps in each state. The counters are kept as messages change, so the call is cheap.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*queueOutput, error) {
		counts, err := res.Queue.Counts(ctx)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		out := client.QueueCounts{Messages: map[client.Status]int{}}
		for _, status := range queue.Statuses() {
			out.Messages[client.Status(status)] = counts[status]
		}
		return &queueOutput{Body: out}, nil
	})
}
