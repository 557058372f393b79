/** The source of a regular expression for a moment as screens print it: the time, with its date unless that is today. */
export const MOMENT = String.raw`(?:\d{1,2} \w{3} )?\d\d:\d\d`;
