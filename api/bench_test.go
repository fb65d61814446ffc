package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"goniec/access"
)

// BenchmarkPostMessages is the whole way of a single message: 64 clients with
// connections of their own post over the loopback, and each 202 means that the
// message is in the file and the file is synced. Client and server share the
// machine.
func BenchmarkPostMessages(b *testing.B) {
	g := disk(b, quiet)
	secret := g.token(b, "bench", access.ScopeSend)
	const clients = 64
	transport := &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	poster := &http.Client{Transport: transport}

	var next atomic.Int64
	var group sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	start := time.Now()
	for range clients {
		group.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				body := fmt.Appendf(nil, `{"to":"+48600%06d","text":"Wizyta jutro o 10:00. Odpisz TAK lub NIE.","reference":"visit-%d"}`, i%1_000_000, i)
				if err := post(poster, g.url+"/v1/messages", secret, body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "msgs/s")
}

// BenchmarkPostBatch posts batches of 1000 messages, one after another.
func BenchmarkPostBatch(b *testing.B) {
	g := disk(b, quiet)
	secret := g.token(b, "bench", access.ScopeSend)
	body := []byte(`{"messages":[`)
	for i := range 1000 {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"to":"+48600%06d","text":"Wizyta jutro o 10:00. Odpisz TAK lub NIE.","reference":"visit-%d"}`, i, i)
	}
	body = append(body, "]}"...)
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if err := post(http.DefaultClient, g.url+"/v1/messages/batch", secret, body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/time.Since(start).Seconds(), "msgs/s")
}

func post(c *http.Client, url, secret string, body []byte) error {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("status %d: %s", resp.StatusCode, answer)
	}
	return err
}
