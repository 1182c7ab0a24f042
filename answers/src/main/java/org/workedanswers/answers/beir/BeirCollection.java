package org.workedanswers.answers.beir;

import java.util.List;
import java.util.Map;

/**
 * Documents, queries, and how relevant a document is to a query.
 *
 * @param name what it is called
 * @param ids the documents' ids, backwards by their bytes, as trec_eval orders equal scores; a
 *     document is its place here
 * @param texts what is searched: the title, a space and the text
 * @param queryIds the ids of the queries that have judgements
 * @param queries their texts
 * @param grades for each query the documents that were judged, with grades
 * @param own for each query the document that has the query's id, -1 if there is none
 * @param unknown judgements that name a document or a query that is not there; they are left out
 */
record BeirCollection(
    String name,
    List<String> ids,
    List<String> texts,
    List<String> queryIds,
    List<String> queries,
    List<Map<Integer, Integer>> grades,
    int[] own,
    int unknown) {}
