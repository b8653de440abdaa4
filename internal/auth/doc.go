// Package auth owns who somebody is: people, passwords, sessions, the links that let
// somebody in once, and the keys that make a repeated form post harmless. It must not
// know HTTP, cookies or pages: it takes and gives tokens, paths and people. What a
// person may do is authz's business.
//
// # How guessing is slowed down
//
// Every attempt is written down before the password is looked at. Attempts of the last
// 15 minutes are counted for the name at one address (5 are free), for the address (20)
// and for the name from everywhere (25). After those each further attempt has to wait,
// 30 s at first and twice as long every time, at most 15 min; at most 1 min when only
// the name is over its limit, so that nobody can lock the lead out of an incident by
// guessing from elsewhere. A successful sign-in forgets the name's attempts. Answers and
// times are the same for unknown, disabled and existing names.
//
// # How long sessions live
//
// 12 h after the last request, 7 days in any case. A person may have any number of
// them and sees and ends them. Disabling ends all at once, a reset or a new password
// ends all others.
package auth
