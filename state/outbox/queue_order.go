package outbox

// Names returns the ids of the items in order.
func (q *Queue) Names() []string {
	ids := make([]string, len(q.items))
	for i, item := range q.items {
		ids[i] = item.Submission.ID
	}
	return ids
}

// Arrange sorts items of the queue; see Queue.Order.
func (o *Outbox) Arrange(ids []string) {
	o.touch(TheOrder)
	o.Queue.Order(ids)
}
