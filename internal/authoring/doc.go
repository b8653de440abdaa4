// Package authoring owns what people write on playbooks in the browser: drafts, the
// difference between two texts of a file, and publishing, which puts a file into the
// operator's folder and records who did it, when and why.
//
// Nothing but publishing writes to that folder, and only below it. Incidents keep the
// text that they started with; the catalogue notices a new one by itself. The package
// must not know pages, and leaves it to internal/playbooks what a file means.
package authoring
