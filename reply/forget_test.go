package reply_test

import (
	"strings"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
)

// A question that has long ended is found by no number any more, and names it still.
func TestForgetQuestionsThatHaveEnded(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		soon := time.Now().Add(time.Hour)
		asks := func(to string, also ...pdu.Address) string {
			return d.ask(queue.Draft{To: d.address(to), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, Until: soon, Also: also}, true)
		}
		child := asks(other, d.address(patient))
		own := asks(patient)
		d.pass(9 * 24 * time.Hour)
		erased, err := d.queue.Erase(t.Context(), queue.Erasing{Number: d.address(patient), InTx: reply.ForgetText})
		if err != nil || erased.Messages != 1 {
			t.Errorf("%+v, %v", erased, err)
		}
		if err := d.View(t.Context(), func(r store.Reader) error {
			if _, err := reply.ReadQuestion(r, own); err == nil {
				t.Error("the question stays when its message goes")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		removed, err := d.Forget(t.Context(), d.address(patient))
		if err != nil || !equal(removed, map[string]int{"mentions": 1}) {
			t.Errorf("removed %v, %v", removed, err)
		}
		if q := d.question(child); len(q.Also) != 0 || q.To != d.address(other) {
			t.Errorf("the question of somebody else: %+v", q)
		}
		err = d.store.View(t.Context(), func(r store.Reader) error {
			pairs, err := r.Scan("", "", 0)
			for _, p := range pairs {
				if strings.Contains(p.Key+string(p.Value), patient[1:]) {
					t.Errorf("%s still holds the number", store.Space(p.Key))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
