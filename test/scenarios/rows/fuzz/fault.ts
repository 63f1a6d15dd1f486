/** The ways in which a plan and what really happens can disagree. */

export interface Fault {
  readonly kind: /** A blocker, and the statement goes well. */
    | 'false wall'
    /** A statement that fails because of the rows, and no blocker. */
    | 'missed failure'
    /** Something of production's is gone, and nobody was asked. */
    | 'silent loss'
    | 'wrong count'
    | 'false note'
    /** The query of a finding is no SQL, or finds nothing. */
    | 'bad query'
    /** A guard stopped what the plan let through. */
    | 'stopped by a guard'
    | 'stopped by the guard of foreign keys'
    | 'fails, not by hand'
    | 'wrong outcome'
    | 'other rows than by hand'
    | 'changed without consent'
    /** After it a table's own constraints, a key, a full-text index or the schema is not what it has to be, and nothing said so. */
    | 'damage'
    /** A hazard of lost data, and by hand everything that it speaks of is still there. */
    | 'false alarm'
    /** The plan says that it could not look at everything. */
    | 'not checked';
  readonly text: string;
}
