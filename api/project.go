package api

import (
	"context"
	"net/url"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// Project groups generations and assets of the account.
// https://sync.so/docs/api-reference
type Project struct {
	ID          ID
	Name        text.Text
	Description text.Text
	Visibility  text.Text // USER, ORGANIZATION
	Mode        text.Text // CREATOR, DEVELOPER
}

const projects capability = "projects"

// maxProjectPages bounds the pages read for one list of projects.
const maxProjectPages = 20

func (p *Project) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &p.ID, Once: true},
		{Name: "name", Into: &p.Name},
		{Name: "description", Into: &p.Description},
		{Name: "visibility", Into: &p.Visibility},
		{Name: "mode", Into: &p.Mode},
	}
}

// UnmarshalJSON reads a project. Fields of an unexpected type are left empty.
func (p *Project) UnmarshalJSON(b []byte) error {
	*p = Project{}
	return exact.Decode(b, p.members())
}

// wireProjects is a page of projects. A bare list is accepted as the only page.
type wireProjects struct {
	Items list[Project, *Project]
	Next  Cursor
}

func (w *wireProjects) members() []exact.Member {
	return []exact.Member{{Name: "items", Into: &w.Items}, {Name: "nextCursor", Into: &w.Next}}
}

func (w *wireProjects) UnmarshalJSON(b []byte) error {
	*w = wireProjects{}
	if exact.IsList(b) {
		return w.Items.UnmarshalJSON(b)
	}
	return exact.Decode(b, w.members())
}

// Projects lists the account's projects, with one request per page. It returns
// [ErrUnsupported] if the server has no projects.
func (c *Client) Projects(ctx context.Context) (List[Project], error) {
	if c.memory.lacks(projects) {
		return List[Project]{}, ErrUnsupported
	}
	var all List[Project]
	seen := make(map[Cursor]struct{})
	for at := Cursor(""); ; {
		page, err := c.projectPage(ctx, at)
		if err != nil {
			return List[Project]{}, c.optionalError(projects, err)
		}
		named, ok := identified(page.Items, func(p Project) ID { return p.ID })
		if !ok {
			return List[Project]{}, c.notAPI("projects without ids")
		}
		all.Items, all.Skipped = append(all.Items, named.Items...), all.Skipped+named.Skipped
		seen[at] = struct{}{}
		at = page.Next
		if _, again := seen[at]; again { // also "", the end
			return all, nil
		}
		if len(seen) >= maxProjectPages {
			all.Skipped++ // there are more
			return all, nil
		}
	}
}

func (c *Client) projectPage(ctx context.Context, at Cursor) (w wireProjects, err error) {
	query := url.Values{}
	if at != "" {
		query.Set("cursor", string(at))
	}
	_, err = c.value(ctx, call{path: "/v2/projects", query: query, limit: maxList}, listOrObject, &w)
	if err == nil && w.Items.items == nil {
		err = c.notAPI("a page without projects")
	}
	return w, err
}
