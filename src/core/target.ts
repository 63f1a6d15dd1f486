/** A target: the one database that a command works on, named so that people recognise it. */

export type Target =
  | {
      readonly type: 'server';
      /** Shown to people: the URL's host, and path where there is one, as libsql://…; never credentials. */
      readonly name: string;
      /** The endpoint's base as http(s), without credentials, query or a slash at the end. */
      readonly url: string;
    }
  | {
      readonly type: 'file';
      /** Shown to people: the absolute path as file:… */
      readonly name: string;
      /** Absolute path. */
      readonly path: string;
    };
