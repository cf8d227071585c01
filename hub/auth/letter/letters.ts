/** What the hub writes to people. Plain text: nothing in it is markup, whatever a name contains. */

export type Letter = { readonly to: string; readonly subject: string; readonly text: string };

/** MUST resolve when the letter was taken over by whoever delivers it, and reject otherwise. */
export type Post = (letter: Letter) => Promise<void>;

export const passwordLetter = (to: string, link: string): Letter => ({
  to,
  subject: "A new password for Yardarm",
  text: [
    "Somebody asked for a new password of the account with this e-mail address.",
    "",
    "With this link you set one. It works once, for an hour, and ends every session of the account:",
    "",
    link,
    "",
    "If it was not you, do nothing: your password stays as it is.",
    "",
  ].join("\n"),
});

export const invitationLetter = (
  to: string,
  invitation: { readonly link: string; readonly orgName: string; readonly invitedBy: string; readonly role: string },
): Letter => ({
  to,
  subject: "An invitation to Yardarm",
  text: [
    `${invitation.invitedBy} invites you to the organization "${invitation.orgName}" as ${invitation.role}.`,
    "",
    "With this link you accept. It works once, for a week, and only for this e-mail address:",
    "",
    invitation.link,
    "",
    "If you do not know why you get this, do nothing.",
    "",
  ].join("\n"),
});
