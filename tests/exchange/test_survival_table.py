"""Somebody else's table of times to event: what is read, and what is refused with its place."""

import pytest

from equipoise.exchange.survival_table import (
    SurvivalColumns,
    SurvivalTableError,
    read_survival_table,
)

COLUMNS = SurvivalColumns(time="months", event="died", arm="drug")
HEAD = "months,died,drug\n"


def read(text, columns=COLUMNS, **options):
    return read_survival_table(text, columns, "lung.csv", **options)


def test_the_columns_asked_for_are_read_wherever_they_stand():
    text = (
        '\ufeff"", drug ,site,died,months\n1,"A, high",3,1,2.5\n\n2, B ,x,FALSE,1e1\n3,B,,true,.5\n'
    )
    table = read(text)

    assert table.time.tolist() == [2.5, 10.0, 0.5]
    assert table.event.tolist() == [True, False, True]
    assert table.arm.tolist() == ["A, high", "B", "B"]
    assert table.strata is None


def test_strata_of_several_columns_are_kept_apart_even_with_commas_in_them():
    columns = SurvivalColumns(time="months", event="died", arm="drug", strata=("one", "two"))
    table = read(
        'months,died,drug,one,two\n1,1,A,"x, y",z\n1,1,A,x,"y, z"\n1,1,B,x,"y, z"\n', columns
    )

    assert table.strata[0] != table.strata[1]
    assert table.strata[1] == table.strata[2]


def test_missing_values_are_refused_together_or_left_out_and_told():
    text = HEAD + "1,1,A\n,1,A\n2,NA,B\n3,0,.\n4,1,B\nNaN,1,B\n"

    with pytest.raises(SurvivalTableError) as refused:
        read(text)
    assert str(refused.value).startswith(
        "lung.csv: a value is missing in 4 rows: row 3 (months), row 4 (died), row 5 (drug), row 7"
        " (months);"
    )
    table = read(text, drop_missing=True)
    assert table.time.tolist() == [1.0, 4.0]
    assert table.left_out == (3, 4, 5, 7)


def test_only_missing_values_are_left_out():
    with pytest.raises(SurvivalTableError, match="row 3, column months: found '-1'"):
        read(HEAD + "1,1,A\n-1,1,B\n", drop_missing=True)
    with pytest.raises(SurvivalTableError, match="a row without a missing value"):
        read(HEAD + ",1,A\n", drop_missing=True)


def test_the_row_is_the_line_it_begins_in():
    with pytest.raises(SurvivalTableError, match="row 5, column months: found 'x'"):
        read(HEAD + '1,1,"two\nlines"\n\nx,1,B\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty; expected a header with months, died, drug"),
        ("\n", "the file is empty"),
        (HEAD, "nothing to use below the header; expected one row for each subject"),
        (
            "month,died,drug\n1,1,A\n",
            "row 1: found no column 'months', expected one of month, died, drug",
        ),
        ("months,died,drug,died\n1,1,A,0\n", "row 1: column 'died' stands twice"),
        (
            "months;died;drug\n1;1;A\n",
            "row 1: found semicolons between the columns, expected commas",
        ),
        ("months\tdied\tdrug\n1\t1\tA\n", "row 1: found tabs between the columns, expected commas"),
        (HEAD + "1,1\n", "row 2: found 2 values, expected 3 as in the header"),
        (HEAD + "1,5,1,A\n", "row 2: found 4 values, expected 3 as in the header"),
        (HEAD + '1,1,"A\n2,1,B\n', "row 2: not comma-separated text"),
        (HEAD + '1,1,"A"x\n', "row 2: not comma-separated text"),
        (HEAD + "1,1,\0\n", "zero byte"),
        (
            HEAD + "-0.1,1,A\n",
            "row 2, column months: found '-0.1', expected a time as a finite number, 0 or more",
        ),
        (HEAD + "inf,1,A\n", "column months: found 'inf'"),
        (HEAD + "1e999,1,A\n", "column months: found '1e999'"),
        (HEAD + "1_0,1,A\n", "column months: found '1_0'"),
        (HEAD + '"3,5",1,A\n', "column months: found '3,5'"),
        (HEAD + "2024-01-01,1,A\n", "column months: found '2024-01-01'"),
        (
            HEAD + "1,2,A\n",
            "row 2, column died: found '2', expected 1 or true (happened), 0 or false (censored)",
        ),
        (HEAD + "1,dead,A\n", "column died: found 'dead'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text, said):
    with pytest.raises(SurvivalTableError) as refused:
        read(text)

    assert str(refused.value).startswith("lung.csv")
    assert said in str(refused.value)


def test_one_column_cannot_be_two_things():
    with pytest.raises(ValueError, match="'died' is named twice"):
        SurvivalColumns(time="months", event="died", arm="died")
    with pytest.raises(ValueError, match="arm: found ' '"):
        SurvivalColumns(time="months", event="died", arm=" ")


ADTTE = "STUDYID,USUBJID,PARAMCD,AVAL,CNSR,TRTP\nS,1,OS,10,0,A\nS,2,OS,12,1,B\nS,3,OS,9,3,B\n"
OF_ADTTE = SurvivalColumns(time="AVAL", event="CNSR", arm="TRTP")


def test_the_censoring_of_an_adtte_is_turned_round_and_said():
    table = read(ADTTE, OF_ADTTE)

    assert table.event.tolist() == [True, False, False]
    assert table.notes == ("CNSR: 0 is an event, any other whole number is censored",)
    with pytest.raises(SurvivalTableError, match="row 2, column CNSR: found 'Y', expected a whole"):
        read(ADTTE.replace("10,0", "10,Y"), OF_ADTTE)


def test_of_several_parameters_one_is_named():
    more = ADTTE + "S,1,PFS,4,0,A\nS,2,PFS,5,0,B\n"

    with pytest.raises(SurvivalTableError, match=r"row 5: PARAMCD is 'PFS' after 'OS'; "):
        read(more, OF_ADTTE)
    table = read(more, OF_ADTTE, paramcd="PFS")
    assert table.time.tolist() == [4.0, 5.0]
    assert table.notes[-1] == "not used: 3 rows of other parameters than PFS"
    with pytest.raises(SurvivalTableError, match="nothing to use"):
        read(more, OF_ADTTE, paramcd="DOR")


def test_a_missing_stratum_is_missing_however_r_writes_it():
    columns = SurvivalColumns(time="months", event="died", arm="drug", strata=("site",))
    text = "months,died,drug,site\n1,1,A,x\n2,1,B,NA\n3,1,B,x\n"

    with pytest.raises(SurvivalTableError, match=r"row 3 .site"):
        read(text, columns)
    assert read(text, columns, drop_missing=True).left_out == (3,)
